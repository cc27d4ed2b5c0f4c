/**
 * Paths as git has them are bytes, not text. Inside this adapter a path is a "raw" string with one character per byte (latin1);
 * text for people and callers is made at the border, where bytes that are no UTF-8 become U+FFFD.
 */
export type Raw = string

export const rawFrom = (bytes: Buffer): Raw => bytes.toString('latin1')
export const rawOf = (text: string): Raw => Buffer.from(text, 'utf8').toString('latin1')
export const textOf = (raw: Raw): string => Buffer.from(raw, 'latin1').toString('utf8')
export const bytesOf = (raw: Raw): Buffer => Buffer.from(raw, 'latin1')

/** Splits output that ends every record with NUL. */
export const records = (out: Buffer): Raw[] => {
  const all = rawFrom(out).split('\0')
  if (all.at(-1) === '') all.pop()
  return all
}

/** Input for the `-z --stdin` of git's commands. */
export const nulList = (raws: readonly Raw[]): Buffer => Buffer.from(raws.map((r) => r + '\0').join(''), 'latin1')

export const dirName = (raw: Raw): Raw => raw.slice(0, Math.max(0, raw.lastIndexOf('/')))
export const baseName = (raw: Raw): Raw => raw.slice(raw.lastIndexOf('/') + 1)

/** Every folder above a path, outermost first: a/b/c → a, a/b. */
export const ancestors = (raw: Raw): Raw[] => {
  const parts = raw.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** A line of objects/info/alternates: quoted where git would read the plain path as something else. */
export const alternateLine = (path: string): string => (/["#\n]/.test(path) ? `${JSON.stringify(path)}\n` : `${path}\n`)
