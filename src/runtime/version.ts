/** Version of the package, as package.json has it; a test compares the two. */
export const version = "0.1.0";

/**
 * Raised whenever the same program gives other numbers than before (a kernel, a draw, an initial value, a rule of
 * evaluation). It is part of every run's key, so that a table never mixes figures of two versions.
 */
export const numericVersion = 2;
