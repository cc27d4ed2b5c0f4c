import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { budget } from './budget.ts'
import { someLanguages } from './languages.ts'

/** Stack that the development server talks to: the address that `./orchestra status` prints. */
const stack = new URL(process.env.ORCHESTRA_URL ?? 'http://127.0.0.1:7717')

/** The stack checks Host and Origin exactly: requests arrive there as if its own page had sent them. */
const proxy = { target: stack.origin, changeOrigin: true, ws: true, headers: { origin: stack.origin } }

export default defineConfig({
  plugins: [react(), tailwind(), someLanguages('kept'), budget(250)],
  worker: { format: 'es', plugins: () => [someLanguages('none')] },
  build: {
    target: 'es2023',
    // A font inlined as a data: address would be refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', port: Number(process.env.PORT ?? 5173), proxy: { '/api': proxy, '/ws': proxy } },
})
