/** Merges: each approved one is decided, each merged one is on its target once, and nothing is there that nobody approved. */
import { acknowledged } from './history.ts'
import type { Rig } from './rig.ts'

type Row = { id: string; session_id: string; target: string; tip: string; status: string; merged_sha: string | null; undo_sha: string | null; approved_by: string | null }

export const checkMerges = async (rig: Rig): Promise<string[]> => {
  const lost: string[] = []
  const rows = new Map((await rig.sql<Row>('select id, session_id, target, tip, status, merged_sha, undo_sha, approved_by from merges')).map((r) => [r.id, r]))
  const parents = (await rig.git('log', '--first-parent', '--merges', '--format=%H %P', 'main')).split('\n').filter((l) => l !== '').map((l) => l.split(' '))
  for (const { input } of acknowledged(rig.history, 'merge.approve')) {
    const row = rows.get(String(input.merge))
    if (!row) lost.push(`merge ${String(input.merge)} was approved and is not there`)
    else if (['requested', 'waiting', 'checking', 'landing'].includes(row.status)) lost.push(`merge of ${row.session_id} was approved and is still ${row.status}`)
  }
  for (const row of rows.values()) {
    const there = parents.filter(([, , tip]) => tip === row.tip)
    const landed = row.status === 'merged' || row.status === 'undone'
    if (there.length > 1) lost.push(`${row.session_id} is merged ${there.length} times at ${row.tip.slice(0, 10)}`)
    if (landed && row.merged_sha !== null && !(await rig.git('merge-base', '--is-ancestor', row.merged_sha, row.target).then(() => true, () => false))) lost.push(`${row.session_id} is called merged and ${row.target} does not have it`)
    if (!landed && there.length > 0 && ![...rows.values()].some((o) => o.tip === row.tip && o.merged_sha !== null)) lost.push(`${row.session_id} is on ${row.target} and its merge is called ${row.status}`)
  }
  for (const [sha, , tip] of parents) if (![...rows.values()].some((r) => r.merged_sha === sha && r.tip === tip && r.approved_by !== null)) lost.push(`a merge on main that nobody approved: ${sha?.slice(0, 10)}`)
  const reverts = (await rig.git('log', '--first-parent', '--format=%H %s', 'main')).split('\n').filter((l) => / (Undo|Revert)\b/.test(l))
  const undone = [...rows.values()].filter((r) => r.undo_sha !== null)
  if (reverts.length > undone.length) lost.push(`${reverts.length} reverts on main for ${undone.length} undone merges`)
  return lost
}
