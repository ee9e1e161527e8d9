export const commandMessages = {} as const;
