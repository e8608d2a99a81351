import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Format } from '../../src/domain/artifact.ts';
import type { ArtifactId } from '../../src/domain/ids.ts';
import type { KnownVersion } from '../../src/marking/extract/read-sample.ts';
import { freezeSlots } from '../../src/marking/freeze.ts';
import { parseSidecar } from '../../src/marking/sidecar.ts';

const TESTDATA = join(import.meta.dirname, '../../testdata');

/** A real text as an alert would have it: one artifact, or several that belong together. */
export type RealText = { readonly name: string; readonly versions: readonly KnownVersion[] };

/** Advisories and a specification, each with a sidecar of alternates. */
const PROSE = ['ape1808', 'cbas', 'diaenergie', 'factorytalk', 'mv500', 'tropos', 'witness'];

/** Detection rules, which mark themselves: files of `testdata/`, joined to one alert each. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  'yara-exchange': [
    'rules/yara/expl_proxyshell.yar',
    'rules/yara/expl_outlook_cve_2023_23397.yar',
    'rules/yara/expl_proxynotshell_owassrf_dec22.yar',
    'rules/yara/vuln_proxynotshell_cve_2022_41040.yar',
    'rules/yara/expl_cve_2021_40444.yar',
    'toolshell/yara/expl_sharepoint_jul25.yar',
  ],
  'yara-servers': [
    'rules/yara/expl_connectwise_screenconnect_vuln_feb24.yar',
    'rules/yara/expl_log4j_cve_2021_44228.yar',
    'rules/yara/expl_cve_2021_26084_confluence_log.yar',
    'rules/yara/expl_commvault_cve_2025_57791.yar',
    'rules/yara/expl_ivanti_epmm_mobileiron_cve_2023_35078.yar',
    'rules/yara/expl_sap_netweaver_apr25.yar',
  ],
  sigma: [
    'toolshell/sigma/file_event_win_exploit_cve_2025_53770.yml',
    'toolshell/sigma/file_event_win_susp_filewrite_in_sharepoint_layouts_dir.yml',
    'toolshell/sigma/proc_creation_win_exploit_cve_2025_53770_indicators.yml',
    'toolshell/sigma/web_win_iis_exploit_cve_2025_53770.yml',
    'rules/sigma/image_load_exploit_cve_2024_35250_privilege_escalation.yml',
    'rules/sigma/proc_creation_lnx_sap_netweaver_susp_child_process.yml',
    'rules/sigma/proc_creation_win_exploit_cve_2024_37085_esxi_admins_group_creation.yml',
    'rules/sigma/proxy_cve_2023_46747_f5_remote_code_execution.yml',
    'rules/sigma/registry_set_exploit_cve_2023_23397_outlook_reminder_trigger.yml',
    'rules/sigma/web_lnx_exploit_cve_2025_31324_sap_netviewer_webshell.yml',
    'rules/sigma/win_wsus_exploit_cve_2025_59287.yml',
    'rules/sigma/file_event_lnx_sap_netweaver_webshell_creation.yml',
    'rules/sigma/file_event_win_exploit_cve_2023_36874_report_creation.yml',
    'rules/sigma/proc_creation_lnx_exploit_cve_2023_22518_confluence_java_child_proc.yml',
    'rules/sigma/proc_creation_lnx_exploit_cve_2025_5054_or_cve_2025_4598.yml',
    'rules/sigma/proc_creation_win_exploit_cve_2023_38831_winrar_child_proc.yml',
    'rules/sigma/proc_creation_win_exploit_cve_2025_54309.yml',
    'rules/sigma/proc_creation_win_exploit_cve_2025_57790.yml',
    'rules/sigma/proc_creation_win_exploit_cve_2025_57791.yml',
    'rules/sigma/proc_creation_win_sap_netweaver_susp_child_process.yml',
    'rules/sigma/web_invanti_epmm_cve_2025_4427_and_cve_2025_4428.yml',
    'rules/sigma/win_application_exploit_cve_2023_40477_winrar_crash.yml',
    'rules/sigma/win_security_exploit_cve_2023_36884_office_windows_html_rce_share_access_pattern.yml',
    'rules/sigma/win_security_exploit_cve_2024_1709_user_database_modification_screenconnect.yml',
  ],
};

/** The names of the ten texts. */
export const REAL_TEXTS: readonly string[] = [...PROSE, ...Object.keys(RULES)];

/** Freezes one of the texts. The ids of its artifacts are invented and always the same. */
export function realText(name: string): RealText {
  const files = RULES[name] ?? [`survive/${name}.md`];
  const versions: KnownVersion[] = [];
  for (const file of files) {
    const text = readFileSync(join(TESTDATA, file), 'utf8');
    const { table } = freezeSlots({
      artifact: artifactId(versions.length),
      version: 1,
      format: formatOf(file),
      text,
      sidecar: file.endsWith('.md') ? parseSidecar(sidecarOf(file)) : null,
      earlier: versions,
    });
    versions.push({ table, text });
  }
  return { name, versions };
}

function sidecarOf(file: string): string {
  return readFileSync(join(TESTDATA, `${file}.alternates.yaml`), 'utf8');
}

function formatOf(file: string): Format {
  if (file.endsWith('.md')) return 'markdown';
  return file.endsWith('.yar') ? 'yara' : 'sigma';
}

function artifactId(number: number): ArtifactId {
  const digits = number.toString(16).padStart(2, '0');
  return `4e1f0c51-3f3a-4c6e-9d55-0d2f6f0a7c${digits}` as ArtifactId;
}
