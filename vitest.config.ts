import { defineConfig } from 'vitest/config'

const never = ['**/node_modules/**', '**/dist/**', '**/test-results/**', 'demo/**']

/** `unit` needs nothing but git; `integration` needs an engine and the images (scripts/prepare.sh). */
export default defineConfig({
  test: {
    projects: [
      // Mostly waits for git's own processes: as many workers as cores, where vitest would keep one core for itself.
      { test: { name: 'unit', include: ['**/*.test.{ts,tsx}'], exclude: never, testTimeout: 20_000, hookTimeout: 20_000, maxWorkers: '100%' } },
      // Each file starts real servers: two at a time is what a small machine carries.
      { test: { name: 'integration', include: ['**/*.itest.ts'], exclude: never, testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 } },
    ],
  },
})
