import * as z from 'zod'

/** A type without its lengths, ranges, patterns and checks, and open to members that are not known. Maps keep the bounds of their members. */
export function withoutBounds(type: z.ZodType): z.ZodType {
  if (type instanceof z.ZodNullable) return withoutBounds(type.unwrap() as z.ZodType).nullable()
  if (type instanceof z.ZodOptional) return withoutBounds(type.unwrap() as z.ZodType).optional()
  if (type instanceof z.ZodArray) return z.array(withoutBounds(type.element as z.ZodType))
  if (type instanceof z.ZodRecord) return z.record(type.keyType, type.valueType)
  if (type instanceof z.ZodNumber) return type.isInt ? z.int() : z.number()
  if (type instanceof z.ZodString) return z.string()
  if (type instanceof z.ZodObject) {
    const members = Object.entries(type.shape)
    return z.object(Object.fromEntries(members.map(([name, member]) => [name, withoutBounds(member as z.ZodType)])))
  }
  return type
}
