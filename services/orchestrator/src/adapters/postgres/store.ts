import type { ProjectId } from '@orchestra/contracts'
import type { Store, StoreFor } from '../../ports/store.ts'
import { effectQueue } from './effects.ts'
import type { Pool } from './pool.ts'
import { retention } from './retention.ts'
import { readerOn } from './reader.ts'
import { nothingTouched, transactionOn } from './transaction.ts'

const ensureProject = async (pool: Pool, { project, name, path }: StoreFor): Promise<void> => {
  await pool.query('insert into projects (id, name, path) values ($1, $2, $3) on conflict (id) do update set name = $2, path = $3', [project, name, path])
  await pool.query("insert into settings (project_id, updated_by) values ($1, 'system:engine') on conflict (project_id) do nothing", [project])
}

/** The store of one project, whose row is made when it is new. Closing it closes the pool. */
export const openStore = async (pool: Pool, of: StoreFor): Promise<Store> => {
  await ensureProject(pool, of)
  const project: ProjectId = of.project
  return {
    read: readerOn(pool, project),
    transact: async (work) => {
      const client = await pool.connect()
      let broken: Error | undefined
      // A server that ends between two statements is an event of the connection; without a listener it would end this process.
      const lost = (error: Error): void => { broken = error }
      client.on('error', lost)
      try {
        await client.query('begin')
        const touched = nothingTouched()
        const value = await work(transactionOn(client, project, touched))
        await client.query('commit')
        return { value, touched }
      } catch (error) {
        await client.query('rollback').catch(lost)
        throw error
      } finally {
        client.off('error', lost)
        client.release(broken)
      }
    },
    ...effectQueue(pool, project),
    ...retention(pool, project),
    close: () => pool.end(),
  }
}
