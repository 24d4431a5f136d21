import { DataType, type Field } from 'apache-arrow';

const EXTENSION = 'ARROW:extension:name';
const EXTENSION_METADATA = 'ARROW:extension:metadata';

/** Returns the name of a column's type, taking its extension type into account: `uint8 [64, 64, 3]`. */
export function typeName(field: Field): string {
  const shape = tensorShape(field);
  const { type } = field;
  if (shape !== undefined && DataType.isFixedSizeList(type)) {
    return `${String(type.children[0]?.type).toLowerCase()} [${shape.join(', ')}]`;
  }
  if (DataType.isDictionary(type)) return `${plain(type.dictionary)} (dictionary)`;
  return plain(type);
}

function plain(type: DataType): string {
  if (DataType.isFixedSizeList(type)) return `${plain(type.valueType)}[${type.listSize}]`;
  if (DataType.isList(type)) return `list of ${plain(type.valueType)}`;
  if (DataType.isStruct(type)) return `{${type.children.map(({ name }) => name).join(', ')}}`;
  if (DataType.isDictionary(type)) return plain(type.dictionary);
  if (DataType.isDecimal(type)) return `decimal(${type.precision}, ${type.scale})`;
  return String(type).toLowerCase();
}

export function extensionOf(field: Field): string | undefined {
  return field.metadata.get(EXTENSION);
}

/** Returns the shape of each value of an `arrow.fixed_shape_tensor`; undefined for other types. */
export function tensorShape(field: Field): readonly number[] | undefined {
  if (extensionOf(field) !== 'arrow.fixed_shape_tensor') return undefined;
  try {
    const { shape } = JSON.parse(field.metadata.get(EXTENSION_METADATA) ?? '{}') as { shape?: unknown };
    return Array.isArray(shape) && shape.every((size) => Number.isInteger(size)) ? shape : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the metadata of a field without its extension type, which the name of the type shows already. */
export function ownMetadata(field: Field): Readonly<Record<string, string>> {
  const own = [...field.metadata].filter(([key]) => key !== EXTENSION && key !== EXTENSION_METADATA);
  return Object.fromEntries(own);
}
