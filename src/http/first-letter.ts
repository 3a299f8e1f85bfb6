/** What stands in a round or square mark for a name: its first letter or digit. */
export function firstLetter(name: string): string {
  const [first] = /[\p{L}\p{N}]\p{M}*/u.exec(name) ?? ['•'];
  return first.toLocaleUpperCase();
}
