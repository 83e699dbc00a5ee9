/** What is asked of a log: its last lines, and what comes. */
export const logEnd = { follow: true, tail: 5000 };
