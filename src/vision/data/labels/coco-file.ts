import { parseJson } from '../../../shared/parse-json.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readText } from '../../../shared/read-file.ts';
import { isNumber, isObject, isString } from '../../../shared/shapes.ts';

export type CocoId = string | number;

interface CocoImage {
  readonly id: CocoId;
  readonly file_name: string;
}

interface CocoAnnotation {
  readonly image_id: CocoId;
  readonly category_id: CocoId;
}

interface CocoCategory {
  readonly id: CocoId;
  readonly name: string;
}

/** What a file in the format of COCO says that a classification needs. */
export interface CocoFile {
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoAnnotation[];
  /** Sorted by id. */
  readonly categories: readonly CocoCategory[];
}

/** Reads a file in the format of COCO. What boxes and outlines there are is not looked at. */
export function readCocoFile(file: string): Result<CocoFile> {
  const at = { file };
  const advice = 'Name a JSON file with the lists "images", "annotations" and "categories" by the param "annotations".';
  const text = readText(file, 'labelFile', 'follow');
  if (!text.ok) return problem(`cannot read the label file: ${text.failure.reason}`, { at, advice });
  const content = parseJson(text.value.replace(/^\uFEFF/, ''));
  if (content === undefined || !isObject(content.value))
    return problem('this is no COCO file: it is not a JSON object', { at, advice });
  const { images, annotations, categories } = content.value;
  const wrong = (list: string, fields: string) =>
    problem(`this is no COCO file: "${list}" has to be a list of objects with ${fields}`, { at, advice });
  if (!isListOf(images, isImage)) return wrong('images', '"id" and "file_name"');
  if (!isListOf(annotations, isAnnotation)) return wrong('annotations', '"image_id" and "category_id"');
  if (!isListOf(categories, isCategory)) return wrong('categories', '"id" and "name"');
  return success({ images, annotations, categories: categories.toSorted((a, b) => (a.id < b.id ? -1 : 1)) });
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.every(isItem);
}

function isId(value: unknown): value is CocoId {
  return isNumber(value) || isString(value);
}

function isImage(item: unknown): item is CocoImage {
  return isObject(item) && isId(item['id']) && isString(item['file_name']);
}

function isAnnotation(item: unknown): item is CocoAnnotation {
  return isObject(item) && isId(item['image_id']) && isId(item['category_id']);
}

function isCategory(item: unknown): item is CocoCategory {
  return isObject(item) && isId(item['id']) && isString(item['name']);
}
