/**
 * How a test is kept from what its starter may do: root gives it a uid that nobody has, anybody
 * else a namespace of users in which it is root of nothing.
 */
export type Manner = 'other uid' | 'user namespace';

/** What a run may take. */
export const LIMITS = {
  /** Wall clock, ms. */
  ms: 10_000,
  /** Bytes of standard output. */
  output: 1024 * 1024,
  /** Bytes of address space, a process. */
  memory: 512 * 1024 * 1024,
  /** Bytes of each of its two folders, and of a file. */
  disk: 16 * 1024 * 1024,
  processes: 32,
  files: 128,
} as const;

/** In Debian's reserved range: nobody has it, and it is within what containers map. */
const UID = 65_533;

/**
 * Builds a root of its own and tries the command in it; the script comes on standard input. Shown
 * are the system's programs and libraries, read-only, and four devices; `/proc` is not. All of it
 * is in namespaces of its own and gone with them. The shell stays outside as the first process, so
 * that everything ends with it, also what the command has put aside.
 *
 * A process in a chroot cannot make a user namespace, and without capabilities cannot leave it.
 */
const ENTER = `
set -eu
net=$1 uid=$2 name=$3
shift 3
[ "$(readlink /proc/self/ns/net)" != "$net" ]
echo 1000 >/proc/self/oom_score_adj

mount -t tmpfs -o nosuid,nodev,size=8m,mode=755 tmpfs /tmp
cd /tmp
for folder in usr bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$folder" ]; then
    ln -s "$(readlink "/$folder")" "$folder"
  elif [ -d "/$folder" ]; then
    mkdir "$folder"
    mount --bind "/$folder" "$folder"
    mount -o remount,bind,ro,nosuid,nodev "$folder"
  fi
done
mkdir dev etc tmp work
for file in ld.so.cache alternatives; do
  [ ! -e "/etc/$file" ] || cp -R "/etc/$file" etc
done
echo "nobody:x:$uid:$uid::/work:/bin/false" >etc/passwd
for device in null zero random urandom; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
for folder in tmp work; do
  mount -t tmpfs -o nosuid,nodev,size=${LIMITS.disk},nr_inodes=1000,mode=777 tmpfs "$folder"
done
cat >"work/$name"
chmod 755 "work/$name"
mount -o remount,bind,ro,nosuid,nodev /tmp

other=
[ "$uid" = 0 ] || other="--reuid=$uid --regid=$uid --clear-groups"
echo ready >&3
chroot /tmp \\
  setpriv $other --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all \\
  prlimit --as=${LIMITS.memory} --core=0 --cpu=${LIMITS.ms / 1000} --fsize=${LIMITS.disk} \\
    --nofile=${LIMITS.files} --nproc=${LIMITS.processes} \\
  env -i -C /work "$@" </dev/null 2>/dev/null 3>&-
`;

/**
 * The program and arguments that try a command in the sandbox. `ready` is written to descriptor 3
 * once it stands.
 * @param net what `/proc/self/ns/net` is here: the sandbox demands another.
 * @param name a file name without spaces or a dash in front.
 */
export function enter(
  manner: Manner,
  net: string,
  name: string,
  command: readonly string[],
): [string, string[]] {
  const own = manner === 'other uid' ? [] : ['--user', '--map-root-user'];
  const uid = manner === 'other uid' ? UID : 0;
  const apart = ['--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup'];
  const ending = ['--fork', '--kill-child'];
  // Should we die meanwhile, nothing outlives twice its time.
  const deadline = ['--signal=KILL', String((2 * LIMITS.ms) / 1000)];
  return [
    'timeout',
    [
      ...[...deadline, 'unshare', ...own, ...apart, ...ending],
      ...['sh', '-c', ENTER, 'sh', net, String(uid), name, ...command],
    ],
  ];
}
