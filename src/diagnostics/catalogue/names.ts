export const namesMessages = {} as const;
