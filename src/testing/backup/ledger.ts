/** What a drill found, for a table. */
export interface Ledger {
  /** @param why - printed when it did not hold */
  note(what: string, found: string, held: boolean, why?: string): void;
  /** Does something that throws when it does not hold. */
  check(what: string, prove: () => Promise<string>): Promise<void>;
  held(): boolean;
  /** As Markdown, with a line of counts at the end. */
  table(): string;
}

export function createLedger(): Ledger {
  const rows: { what: string; found: string; held: boolean }[] = [];
  const note: Ledger['note'] = (what, found, held, why = '') => {
    rows.push({ what, found, held });
    process.stdout.write(`${held ? 'held' : 'BROKEN'}  ${what}: ${found}\n`);
    if (!held && why !== '') process.stdout.write(`${why}\n`);
  };
  return {
    note,
    async check(what, prove) {
      try {
        note(what, await prove(), true);
      } catch (error) {
        note(what, error instanceof Error ? error.message : String(error), false);
      }
    },
    held: () => rows.length > 0 && rows.every(({ held }) => held),
    table() {
      const lines = rows.map(({ what, found, held }) => [what, found, held ? 'held' : 'BROKEN']);
      const table = [['what must hold', 'found', ''], ['---', '---', '---'], ...lines];
      const passed = rows.filter(({ held }) => held).length;
      return [
        '',
        ...table.map((cells) => `| ${cells.join(' | ')} |`),
        '',
        `${passed} passed, ${rows.length - passed} failed`,
        '',
      ].join('\n');
    },
  };
}
