/**
 * What a message says, before it is text or HTML: written once, shown twice.
 */
export interface Letter {
  readonly subject: string;
  readonly heading: string;
  /** Undefined: nobody is greeted by name. */
  readonly greeting: string | undefined;
  readonly parts: readonly LetterPart[];
}

export type LetterPart =
  | { readonly text: string }
  /** Typed or copied by the person; shown large. */
  | { readonly code: string }
  /** Names and values, as far as they are known. */
  | { readonly facts: readonly (readonly [name: string, value: string])[] }
  /** What the message is for: a button, and its address below it. */
  | { readonly action: { readonly label: string; readonly href: string } }
  /** Another way; a plain link. */
  | { readonly link: { readonly label: string; readonly href: string } };
