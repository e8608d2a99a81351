/** The part of @secvisogram/csaf-validator-lib that is used; the package ships no declarations. */
declare module '@secvisogram/csaf-validator-lib/schemaTests.js' {
  export type TestError = { readonly instancePath: string; readonly message: string };
  export type TestResult = {
    readonly isValid?: boolean;
    readonly errors?: readonly TestError[];
  };
  export type DocumentTest = (document: unknown) => TestResult | Promise<TestResult>;
  export const csaf_2_0: DocumentTest;
  export const csaf_2_0_strict: DocumentTest;
}

declare module '@secvisogram/csaf-validator-lib/mandatoryTests.js' {
  import type { DocumentTest } from '@secvisogram/csaf-validator-lib/schemaTests.js';

  const tests: Readonly<Record<string, DocumentTest>>;
  export = tests;
}

declare module '@secvisogram/csaf-validator-lib/cwe.js' {
  export const weaknesses: readonly { readonly id: string; readonly name: string }[];
}
