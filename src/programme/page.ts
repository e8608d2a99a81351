/** A part of a list; `next` is where the next one begins, null at its end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };
