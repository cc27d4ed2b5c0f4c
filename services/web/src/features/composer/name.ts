/** A name from what is to be done, until the person types one: its first words. */
export const nameFrom = (task: string): string =>
  (task.split('\n')[0] ?? '').toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, ' ').trim().split(' ').slice(0, 4).join('-').slice(0, 40)
