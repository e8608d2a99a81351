/**
 * Where a login of the store is found: an embedded cluster's socket, or an external server's URL.
 */
export type Login =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
      readonly password: string;
    };
