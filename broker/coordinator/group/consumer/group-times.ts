/** The times of a group of the consumer protocol, which administrators may set for each. */
export interface GroupTimes {
  /** After how long without a heartbeat a member is taken out. */
  sessionMs(groupId: string): number
  /** How often members are told to send one. */
  heartbeatMs(groupId: string): number
  /** How long after who is to have what was computed it may be computed again. */
  assignmentMs(groupId: string): number
}
