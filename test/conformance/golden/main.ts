/**
 * `npm run conformance [-- DIR]`: runs every scenario of a folder, `../shared/conformance` if none is named, and says
 * how many passed, failed and are not supported yet. Ends with 1 where any failed or there was none to run, with 2
 * where there is no such folder.
 */
import { resolve } from 'node:path'
import { countsAsText, failuresAsText, missingAsText, reportOn } from './report.ts'
import { defaultFolder, readScenarios } from './scenario.ts'

const failuresShownMax = 20

const folder = process.argv[2] === undefined ? defaultFolder : resolve(process.argv[2])
process.exitCode = main(folder)

function main(folder: string): number {
  const files = readScenarios(folder)
  if (files === undefined) {
    console.error(`there is no folder ${folder}; name one: npm run conformance -- DIR`)
    return 2
  }
  const reports = files.map(file => reportOn(file))
  const failedCount = reports.reduce((sum, { failures }) => sum + failures.length, 0)
  console.log(countsAsText(reports))
  const missing = missingAsText(reports)
  if (missing !== undefined) console.log(`\nnot supported yet (scenarios that need it): ${missing}`)
  if (failedCount > 0) {
    console.log(`\ndifferences (of ${Math.min(failedCount, failuresShownMax)} of ${failedCount} scenarios):`)
    console.log(failuresAsText(reports, failuresShownMax))
  }
  const ranAny = reports.some(({ passedCount }) => passedCount > 0)
  if (!ranAny) console.error(`no scenario of ${folder} passed`)
  return failedCount === 0 && ranAny ? 0 : 1
}
