/** Where a session was at one moment. */
export interface SessionMoment {
  readonly at: Date;
  /** As far as the trusted proxies allow to know it. */
  readonly address: string | undefined;
  /** As the browser names itself, cut to a bounded length; `http/describe-user-agent.ts` reads it. */
  readonly userAgent: string | undefined;
}

/** A session as its owner sees it. */
export interface AccountSession {
  /** Names the session in a form. It opens nothing: it is a digest of what does not open it either. */
  readonly handle: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
  /** The sign-in that began it. */
  readonly signedIn: SessionMoment;
  readonly lastSeen: SessionMoment;
  /** The clients that were used in it, the last used first. */
  readonly clientIds: readonly string[];
}
