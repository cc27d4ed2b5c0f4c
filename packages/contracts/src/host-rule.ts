/** Apart from the schema, so that the page can look at what is typed without shipping the schema library. */
export const hostRule = /^((\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$/i
