const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const longDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const month = `(?<month>${months.join('|')})`
const time = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})'

/** The three forms that RFC 9110 (5.6.7) obliges a recipient to read: IMF-fixdate, RFC 850, asctime. */
const forms = [
  new RegExp(`^(?:${days.join('|')}), (?<day>\\d{2}) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^(?:${longDays.join('|')}), (?<day>\\d{2})-${month}-(?<year>\\d{2}) ${time} GMT$`),
  new RegExp(`^(?:${days.join('|')}) ${month} (?<day>\\d{2}| \\d) ${time} (?<year>\\d{4})$`),
]

/**
 * The time of an HTTP-date, in milliseconds since 1970; `null`: it is none. The name of the day is not compared.
 *
 * @param now a year of two digits that would be more than 50 years from here is one of the century before
 * @example
 * httpDateMs('Friday, 27-Nov-26 23:59:00 GMT', Date.now()) // Date.UTC(2026, 10, 27, 23, 59)
 */
export function httpDateMs(text: string, now: number): number | null {
  const found = forms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined)
  if (!found) return null
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(found[name]))
  const at = (year: number): number | null => {
    const date = new Date(0)
    date.setUTCFullYear(year, months.indexOf(found['month']!), day)
    // The 31st of February would be a day of March. A leap second is the second after.
    if (date.getUTCDate() !== day || hour! > 23 || minute! > 59 || second! > 60) return null
    return date.setUTCHours(hour!, minute, second)
  }
  const year = Number(found['year'])
  if (found['year']!.length === 4) return at(year)
  const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100
  const limit = new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() + 50)
  const here = at(century + year)
  return here !== null && here > limit ? at(century - 100 + year) : here
}
