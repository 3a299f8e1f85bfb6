/** A message that Gatehouse sent to somebody. */
export interface PlaygroundMail {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
}

/** Where messages land that go nowhere else: the one thing of the server that the playground sees. */
export interface PlaygroundInbox {
  /** Newest first. */
  list(): readonly PlaygroundMail[];
  find(id: string): PlaygroundMail | undefined;
}
