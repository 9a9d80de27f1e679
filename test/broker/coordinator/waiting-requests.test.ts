/** The end of a connection concerns the groups that have a request waiting on it, and no others. */
import { expect, it } from 'vitest'
import { WaitingRequests } from '../../../broker/coordinator/group/waiting-requests.ts'

it('knows the groups with requests that wait on a connection, while they do', async () => {
  const waiting = new WaitingRequests()
  const answers: (() => void)[] = []
  const parked = () => new Promise<void>(resolve => answers.push(resolve))
  const track = async (connectionId: number, groupId: string) => {
    await waiting.track(connectionId, groupId, parked())
  }
  const requests = [track(1, 'a'), track(1, 'a'), track(1, 'b'), track(2, 'c')]
  expect(waiting.track(1, 'd', 'answered at once')).toBe('answered at once')
  expect([...waiting.groupsOf(1)]).toEqual(['a', 'b'])
  answers[0]!()
  await requests[0]
  expect([...waiting.groupsOf(1)]).toEqual(['a', 'b'])
  for (const answer of answers) answer()
  await Promise.all(requests)
  expect([waiting.groupsOf(1).size, waiting.groupsOf(2).size]).toEqual([0, 0])
})

it('forgets a request that failed, and its failure is the answer', async () => {
  const waiting = new WaitingRequests()
  await expect(waiting.track(1, 'a', Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(waiting.groupsOf(1).size).toBe(0)
})
