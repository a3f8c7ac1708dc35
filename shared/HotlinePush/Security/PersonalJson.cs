using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace HotlinePush.Security;

/// <summary>
/// The property tells about a person: free text, name, contact, exact place. <see cref="PersonalJson"/> stores it sealed.
/// On a positional record: <c>[property: Personal]</c>. The type must be one that can be null, or an immutable array.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PersonalAttribute : Attribute;

/// <summary>
/// JSON in which every <see cref="PersonalAttribute">personal</see> property is sealed under the data key of the ticket or
/// recipient, bound to the property's name. Everything else is plain camelCase JSON.
/// </summary>
public static class PersonalJson
{
    // Serialisation is synchronous, so the key of the call can wait on its thread; converters are shared by all calls.
    [ThreadStatic]
    private static DataKey? _key;

    internal static DataKey? Key => _key;

    /// <summary>
    /// The same JSON without sealing: for what never leaves memory, or holds nothing personal. camelCase, enums by name, nulls
    /// omitted, Chinese characters as they are (so it is not for embedding in HTML).
    /// </summary>
    public static JsonSerializerOptions PlainOptions { get; } = NewOptions(new DefaultJsonTypeInfoResolver());

    private static readonly JsonSerializerOptions Sealing =
        NewOptions(new DefaultJsonTypeInfoResolver { Modifiers = { SealPersonal } });

    public static byte[] Serialize<T>(T value, DataKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var outer = _key;
        _key = key;
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, Sealing);
        }
        finally
        {
            _key = outer;
        }
    }

    /// <param name="key">Null: the key was destroyed; personal properties come back null, immutable arrays empty.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">Another key, or a changed value.</exception>
    /// <exception cref="JsonException">Not JSON of this type.</exception>
    public static T Deserialize<T>(ReadOnlySpan<byte> json, DataKey? key)
    {
        var outer = _key;
        _key = key;
        try
        {
            return JsonSerializer.Deserialize<T>(json, Sealing) ?? throw new JsonException($"The stored {typeof(T).Name} is null.");
        }
        finally
        {
            _key = outer;
        }
    }

    /// <summary>
    /// Every personal property of a type and of what it is made of: property types, elements, base and derived types. For tests
    /// that trace personal data through the product's exits.
    /// </summary>
    public static IReadOnlyList<PropertyInfo> PersonalPropertiesOf(Type type)
    {
        var found = new List<PropertyInfo>();
        var seen = new HashSet<Type>();
        Visit(type);
        return found;

        void Visit(Type visited)
        {
            if (!seen.Add(visited))
                return;
            if (visited.GetElementType() is { } element)
                Visit(element);
            foreach (var argument in visited.GetGenericArguments())
                Visit(argument);
            foreach (var derived in visited.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false))
                Visit(derived.DerivedType);
            if (visited.Namespace is "System" or null || visited.Namespace.StartsWith("System.", StringComparison.Ordinal))
                return;
            foreach (var property in visited.GetProperties(BindingFlags.Instance | BindingFlags.Public))
            {
                if (IsPersonal(property) && !found.Exists(p => p.DeclaringType == property.DeclaringType && p.Name == property.Name))
                    found.Add(property);
                Visit(property.PropertyType);
            }
        }
    }

    private static bool IsPersonal(MemberInfo? property) =>
        property is not null && Attribute.IsDefined(property, typeof(PersonalAttribute), inherit: true);

    private static void SealPersonal(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (!IsPersonal(property.AttributeProvider as MemberInfo))
                continue;
            var kind = property.PropertyType;
            var isImmutableArray = kind.IsGenericType && kind.GetGenericTypeDefinition() == typeof(ImmutableArray<>);
            if (kind.IsValueType && Nullable.GetUnderlyingType(kind) is null && !isImmutableArray)
                throw new InvalidOperationException($"{type.Type.Name}.{property.Name} is personal and must be nullable: its key may be destroyed.");
            property.CustomConverter = (JsonConverter)Activator.CreateInstance(
                typeof(PersonalConverter<>).MakeGenericType(kind), Encoding.UTF8.GetBytes(property.Name))!;
        }
    }

    private static JsonSerializerOptions NewOptions(IJsonTypeInfoResolver contract)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = contract,
            // A Chinese character takes 3 bytes as it is and 6 escaped.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        };
        options.MakeReadOnly();
        return options;
    }
}

internal sealed class PersonalConverter<T>(byte[] name) : JsonConverter<T>
{
    // What a destroyed value reads as: a default immutable array would throw on its first use.
    private static readonly T? Destroyed = typeof(T).IsValueType && Nullable.GetUnderlyingType(typeof(T)) is null
        ? (T?)typeof(T).GetField(nameof(ImmutableArray<int>.Empty))!.GetValue(null)
        : default;

    private static readonly JsonTypeInfo<T> Plain = (JsonTypeInfo<T>)PersonalJson.PlainOptions.GetTypeInfo(typeof(T));

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("A personal property must be stored sealed.");
        return PersonalJson.Key is { } key
            ? JsonSerializer.Deserialize(key.Open(reader.GetBytesFromBase64(), name), Plain)
            : Destroyed;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var key = PersonalJson.Key ?? throw new InvalidOperationException("A personal property is written without a data key.");
        writer.WriteBase64StringValue(key.Seal(JsonSerializer.SerializeToUtf8Bytes(value, Plain), name));
    }
}
