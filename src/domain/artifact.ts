/**
 * What an alert can carry. A new kind needs a row in every policy pack; the pack check refuses one
 * without.
 */
export const ARTIFACT_KINDS = [
  'advisory',
  'summary',
  'repro_steps',
  'detection_guidance',
  'detection_rule',
  'indicator',
  'poc',
  'patch',
  'mitigation',
  'test_file',
] as const;
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/**
 * `full`: as authored. `reduced`: the general description that stands in for a withheld artifact.
 */
export const VARIANTS = ['full', 'reduced'] as const;
export type Variant = (typeof VARIANTS)[number];

/**
 * Whether an artifact may stand in for a withheld one: the reduced summary, and nothing else. A
 * policy that gives somebody "the summary alone" also means what is given in another's place.
 */
export function standsIn(artifact: { readonly kind: ArtifactKind; readonly variant: Variant }) {
  return artifact.kind === 'summary' && artifact.variant === 'reduced';
}

/** How the bytes reach the reader: sealed to their key, or protected by the channel alone. */
export const ASSURANCES = ['sealed', 'transport'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** FIRST TLP 2.0 labels. */
export const TLP_LABELS = ['RED', 'AMBER+STRICT', 'AMBER', 'GREEN', 'CLEAR'] as const;
export type Tlp = (typeof TLP_LABELS)[number];

/** How copies of an artifact differ between readers; a pack may say it per kind, in `marking:`. */
export const MARKINGS = ['none', 'canary', 'full'] as const;
export type Marking = (typeof MARKINGS)[number];

/**
 * Never marked, whatever a pack or an author says: whoever gets one compares it with a published
 * hash.
 */
export const NEVER_MARKED: readonly ArtifactKind[] = ['patch', 'test_file'];

/** What an artifact's bytes are, as far as carriers and canonical forms care. */
export const FORMATS = [
  'text',
  'markdown',
  'csaf',
  'yara',
  'sigma',
  'suricata',
  'script',
  'binary',
] as const;
export type Format = (typeof FORMATS)[number];

/** What a recipient may do with a copy. Sharing permission (TLP) is a different question. */
export const USE_PERMISSIONS = [
  'read',
  'build_protection',
  'test',
  'deploy_internal',
  'deploy_hosted',
  'distribute_binary',
  'distribute_source',
  'ship_detection',
  'share_peers',
  'share_clients',
  'announce_existence',
  'external_ai_processing',
] as const;
export type UsePermission = (typeof USE_PERMISSIONS)[number];

/**
 * Largest artifact Tocsin takes, in bytes (16 MiB): a copy is rendered and sealed in memory at each
 * fetch.
 */
export const MAX_ARTIFACT_BYTES = 16 * 1024 * 1024;

/** The text of a term of use: one line of 1 to 200 characters, for all of them to fit on a copy. */
export const TERM_TEXT = /^\P{C}{1,200}$/u;
