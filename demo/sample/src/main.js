import { createApi } from './api.js'

const tokens = (process.env.API_TOKENS ?? '').split(',').filter(Boolean)
const port = Number(process.env.PORT ?? 3000)

createApi({ tokens }).listen(port, () => console.log(`bookshelf-api listens on ${port}`))
