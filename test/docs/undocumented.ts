// What the test of the API reference must find fault with.

interface Hidden {
  /** a member */
  member: number;
}

/** Returns what it is given; see {@link nowhere}. */
export const shown = (of: Hidden) => of;

export const silent = 1;
