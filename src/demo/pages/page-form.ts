/** What every form of the playground carries. */
export interface PageForm {
  /** Anti-CSRF token of this browser's session. */
  readonly csrf: string;
  /** Where forms may lead besides this origin: the issuers, whose pages they redirect to. */
  readonly formTargets: readonly string[];
}
