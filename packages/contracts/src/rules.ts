/** Forms of what people type, apart from their schemas, so that the page can look at it without shipping the schema library. */

/** `host`, `host:port`, `*.domain` or `*.domain:port`. */
export const hostRule = /^((\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$/i

/** A model, or the beginning of one with a `*`. */
export const modelRule = /^[\w][\w.:@/-]*\*?$/
