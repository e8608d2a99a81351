/** What one attempt to sign in is known by, at the provider and to us; each is used once. */
export type Attempt = {
  /** Comes back with the browser: OAuth 2.0 (RFC 6749), section 10.12. */
  readonly state: string;
  /** Comes back in the provider's statement: OpenID Connect Core, section 3.1.2.1. */
  readonly nonce: string;
  /** Stays here until the code is redeemed: RFC 7636. */
  readonly verifier: string;
};

/** An OpenID provider that the operator has configured. */
export type IdentityProvider = {
  /** Where to send a browser. @throws NOT_AVAILABLE when the provider does not answer. */
  address(attempt: Attempt): Promise<string>;
  /**
   * Redeems what a browser came back with, its query, for the value of the claim by which people
   * are known. @throws UNAUTHENTICATED for anything but a statement of the provider's about this
   *   attempt; NOT_AVAILABLE when the provider does not answer.
   */
  redeem(query: string, attempt: Attempt): Promise<string>;
  /** Issuer and claim: what a value is a value of. */
  readonly issuer: string;
  readonly claim: string;
};
