/** An agent that floods its hooks: 10,000 calls in a minute. */
import type { Fault } from '../frame/fault.ts'

const FLOOD = (n: number) => `node -e '
const body = (i) => JSON.stringify({ hook_event_name: "PreToolUse", session_id: "x", transcript_path: "/x", cwd: "/workspace", permission_mode: "bypassPermissions", tool_name: "Bash", tool_use_id: "flood-" + i, tool_input: { command: "x".repeat(500) } });
const all = ${n}; let sent = 0;
const one = async () => { while (sent < all) { const i = sent++; await fetch("http://127.0.0.1:7701/hook", { method: "POST", body: body(i) }).catch(() => {}) } };
Promise.all(Array.from({ length: 8 }, one)).then(() => console.log("flooded"))'`

export const fault: Fault = {
  promise: 'Its own record may suffer; every other session is delivered to, imported and shown as before.',
  run: async (rig, { quick }) => {
    const [flooder, other] = [await rig.spawn('flooder'), await rig.spawn('neighbour')]
    const flood = rig.inside(flooder, FLOOD(quick ? 2000 : 10_000))
    const before = Date.now()
    await rig.work(other, 'quiet.txt', 'in the flood')
    await rig.until('its commit is imported', 60_000, async () => (await rig.git('show', `${other}:quiet.txt`)) === 'in the flood')
    rig.say(`         the neighbour's commit was imported after ${((Date.now() - before) / 1000).toFixed(1)} s of flood`)
    await flood
    await rig.tell(flooder, 'After the flood.')
    await rig.quiet(flooder, 180_000)
  },
}
