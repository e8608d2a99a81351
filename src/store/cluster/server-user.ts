import { access, constants, stat } from 'node:fs/promises';
import { TocsinError } from '../../domain/errors.ts';
import { type ChildUser, runChild } from './child.ts';

/** PostgreSQL refuses to run as root, so root gives it a user of its own. */
const SYSTEM_USER = 'tocsin';

/**
 * Who the server runs as: null for ourselves; as root the owner of an existing data folder, else
 * the system user `tocsin`, made if missing. Never `nobody`, who owns what other programs gave up.
 * @throws CONFIG_INVALID when root cannot make the user.
 */
export async function serverUser(existingData: string): Promise<ChildUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(existingData).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await systemUser()) ?? (await createSystemUser());
}

async function systemUser(): Promise<ChildUser | null> {
  const [uid, gid] = await Promise.all([
    runChild('id', ['-u', SYSTEM_USER]),
    runChild('id', ['-g', SYSTEM_USER]),
  ]);
  if (uid.code !== 0 || gid.code !== 0) return null;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** shadow's useradd (Debian, Fedora), else BusyBox's adduser (Alpine). */
const MAKE_USER = [
  ['useradd', '--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'],
  ['adduser', '-S', '-D', '-H', '-h', '/nonexistent'],
] as const;

async function createSystemUser(): Promise<ChildUser> {
  let reason = '';
  for (const [program, ...args] of MAKE_USER) {
    const shell = program === 'useradd' ? ['--shell', '/usr/sbin/nologin'] : [];
    const made = await runChild(program, [...args, ...shell, SYSTEM_USER]);
    // Looked up whatever the status: another Tocsin may have made the same user just now.
    const user = await systemUser();
    if (user) return user;
    reason ||= made.stderr.trim();
  }
  throw new TocsinError(
    'CONFIG_INVALID',
    `PostgreSQL does not run as root, and the system user ${SYSTEM_USER} could not be made ` +
      `(${reason}): make it (useradd --system ${SYSTEM_USER}), or start Tocsin as another user`,
  );
}

/** Whether `user` may enter `folder`. Asked of the system itself, so that ACLs and mounts count. */
export async function canEnter(user: ChildUser | null, folder: string): Promise<boolean> {
  if (!user)
    return access(folder, constants.X_OK).then(
      () => true,
      () => false,
    );
  const probe = await runChild('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { user });
  return probe.code === 0;
}
