import { Query, Resolver } from 'type-graphql';
import { buildApiSchema, printApiSchema } from './schema';

@Resolver()
class ZebraResolver {
  @Query(() => Date, { description: 'When.' })
  zebra(): Date {
    return new Date(0);
  }
}

@Resolver()
class AntResolver {
  @Query(() => String)
  ant(): string {
    return 'ant';
  }
}

it('prints the schema without instances, in alphabetical order', () => {
  const sdl = printApiSchema(buildApiSchema([ZebraResolver, AntResolver]));
  expect(sdl).toBe(printApiSchema(buildApiSchema([AntResolver, ZebraResolver])));
  expect(sdl).toContain('type Query {\n  ant: String!\n\n  """When."""\n  zebra: DateTime!\n}');
});

it('holds the fields of the resolvers given and no others', () => {
  expect(printApiSchema(buildApiSchema([AntResolver]))).not.toContain('zebra');
});

it('names resolvers that were forgotten in the wiring', () => {
  const instances = new Map([[AntResolver, new AntResolver()]]);
  expect(() => buildApiSchema([AntResolver, ZebraResolver], instances)).toThrow(
    'Resolvers without an instance: ZebraResolver',
  );
});
