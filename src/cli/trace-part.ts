/** What a trace rests on, in the order of a report and in the form of neither text nor page. */
export type Part =
  | { readonly kind: 'facts'; readonly pairs: readonly (readonly [string, string])[] }
  | {
      readonly kind: 'table';
      readonly title: string;
      readonly headings: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
    }
  | { readonly kind: 'lines'; readonly title: string; readonly lines: readonly string[] };
