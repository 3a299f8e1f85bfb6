import type { en } from './en.ts';

/** The texts of all hosted pages in one language; `en.ts` says what belongs in it. */
export type Messages = typeof en;
