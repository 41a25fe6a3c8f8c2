/** The id of an organisation, as the tokens of the API name it. Another one could not be reached by any token. */
const organisationId = /^org_[A-Za-z0-9_-]{1,64}$/

export const organisationForm = '`org_` and then 1 to 64 letters, digits, `_` and `-`, such as `org_acme`'

export function isOrganisationId(text: string): boolean {
  return organisationId.test(text)
}
