export const typesMessages = {} as const;
