export const tableMessages = {} as const;
