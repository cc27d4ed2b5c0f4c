/** Books in memory. Ids count up and are never used again. */
export class Books {
  #byId = new Map()
  #next = 1

  list(author) {
    const all = [...this.#byId.values()]
    return author ? all.filter((book) => book.author === author) : all
  }

  get(id) {
    return this.#byId.get(id)
  }

  add({ title, author, year }) {
    const book = { id: this.#next++, title, author, year }
    this.#byId.set(book.id, book)
    return book
  }

  remove(id) {
    return this.#byId.delete(id)
  }
}

/** What is wrong with a book as it came in, or null. */
export function problemOf(book) {
  if (typeof book !== 'object' || book === null) return 'a book is an object'
  if (typeof book.title !== 'string' || book.title.trim() === '') return 'title is missing'
  if (typeof book.author !== 'string' || book.author.trim() === '') return 'author is missing'
  if (!Number.isInteger(book.year)) return 'year is not a whole number'
  return null
}
