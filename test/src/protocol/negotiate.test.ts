/** The choice of a version that both sides speak. */
import { describe, expect, it } from 'vitest'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { chooseVersion, commonVersions } from '../../../src/protocol/negotiate.ts'

describe('negotiation', () => {
  it.each([
    ['an older broker', { min: 0, max: 11 }, { min: 4, max: 11 }],
    ['the same broker', { min: 4, max: 18 }, { min: 4, max: 18 }],
    ['a newer broker', { min: 12, max: 40 }, { min: 12, max: 18 }],
    ['a broker that is too old', { min: 0, max: 3 }, undefined],
    ['a broker that is too new', { min: 19, max: 20 }, undefined],
    ['a broker without the API', undefined, undefined],
  ])('keeps what is shared with %s', (_, theirs, shared) => {
    expect(commonVersions(Fetch, theirs)).toEqual(shared)
  })

  it('chooses the highest version within the limit of the caller', () => {
    expect(chooseVersion(Fetch, { min: 4, max: 18 })).toBe(18)
    expect(chooseVersion(Fetch, { min: 4, max: 18 }, { versionMax: 12 })).toBe(12)
    expect(chooseVersion(Fetch, { min: 4, max: 11 }, { versionMin: 7, versionMax: 12 })).toBe(11)
  })

  it.each([
    [undefined, {}],
    [{ min: 4, max: 6 }, { versionMin: 7 }],
    [{ min: 13, max: 18 }, { versionMax: 12 }],
  ])('refuses %o within %o', (versions, limits) => {
    expect(() => chooseVersion(Fetch, versions, limits)).toThrow(expect.objectContaining({ code: 'MR-5013' }))
  })
})
