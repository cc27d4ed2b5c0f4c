import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Books, problemOf } from '../src/books.js'

const book = { title: 'Emma', author: 'Jane Austen', year: 1815 }

test('ids are not used again', () => {
  const books = new Books()
  books.remove(books.add(book).id)
  assert.equal(books.add(book).id, 2)
})

test('keeps only the known fields', () => {
  assert.deepEqual(new Books().add({ ...book, price: 5 }), { id: 1, ...book })
})

test('a book needs a title, an author and a year', () => {
  assert.equal(problemOf(book), null)
  assert.equal(problemOf({ ...book, title: ' ' }), 'title is missing')
  assert.equal(problemOf({ ...book, author: undefined }), 'author is missing')
  assert.equal(problemOf({ ...book, year: 1815.5 }), 'year is not a whole number')
  assert.equal(problemOf(null), 'a book is an object')
})
