using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.Security;

public class PersonalJsonTests
{
    private sealed record Place(double Lat, double Lng, string? Address);

    private sealed record Person([property: Personal] string? Name, [property: Personal] string? Phone, bool Anonymous);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Joined), "joined")]
    [JsonDerivedType(typeof(Moved), "moved")]
    private abstract record Happening(DateTimeOffset At);

    private sealed record Joined(DateTimeOffset At, [property: Personal] string? Words) : Happening(At);

    private sealed record Moved(DateTimeOffset At, string Unit) : Happening(At);

    private sealed record Case(string Number, TicketState State, DateOnly Day, TimeOnly Hour, Person Contact, ImmutableArray<Happening> History)
    {
        [Personal] public string? Subject { get; init; }
        [Personal] public Place? Place { get; init; }
        [Personal] public IReadOnlyList<Person>? Others { get; init; }
        [Personal] public ImmutableArray<string> Words { get; init; } = [];
        [Personal] public DateTimeOffset? OccurredAt { get; init; }
        [Personal] public ImmutableDictionary<string, string>? Fields { get; init; }
        public string? Note { get; init; }
    }

    private sealed record Careless([property: Personal] double Lat);

    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 30, 0, TimeSpan.FromHours(8));

    private static readonly Case Sample = new("26112012345678", TicketState.InProgress, new(2026, 11, 20), new(9, 30), new("张三丰", "+8613800001234", false),
        [new Joined(At, "我也遇到机密问题"), new Moved(At, "water")])
    {
        Subject = "机密路灯 <不亮> 😀",
        Place = new(28.2, 112.9, "机密路1号"),
        Others = [new("机密李四", "+8613900001234", true)],
        Words = ["机密一", "机密二"],
        OccurredAt = At,
        Fields = ImmutableDictionary<string, string>.Empty.Add("户号", "机密号"),
    };

    private readonly KeyRing _ring = KeyRing.Create();

    [Fact]
    public void Value_WhenSealedAndOpened_IsTheSame()
    {
        using var key = _ring.NewDataKey();
        var read = PersonalJson.Deserialize<Case>(PersonalJson.Serialize(Sample, key), key);
        Assert.Equal(JsonSerializer.Serialize(Sample, PersonalJson.PlainOptions), JsonSerializer.Serialize(read, PersonalJson.PlainOptions));
        Assert.Equal("张三丰", read.Contact.Name);
        Assert.Equal("我也遇到机密问题", Assert.IsType<Joined>(read.History[0]).Words);
        Assert.Equal(Sample.Place, read.Place);
        Assert.Equal("机密李四", read.Others![0].Name);
        Assert.Equal(At, read.OccurredAt);
    }

    [Fact]
    public void StoredJson_ShowsNothingPersonal_AndEverythingElse()
    {
        using var key = _ring.NewDataKey();
        var json = Encoding.UTF8.GetString(PersonalJson.Serialize(Sample, key));
        foreach (var personal in new[] { "机密", "张三丰", "1380000", "1390000", "112.9", "\\u" })
            Assert.DoesNotContain(personal, json, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(json);
        var root = parsed.RootElement;
        Assert.Equal("26112012345678", root.GetProperty("number").GetString());
        Assert.Equal("InProgress", root.GetProperty("state").GetString());
        Assert.Equal("2026-11-20", root.GetProperty("day").GetString());
        Assert.False(root.TryGetProperty("note", out _));
        Assert.Equal("joined", root.GetProperty("history")[0].GetProperty("kind").GetString());
        Assert.Equal("water", root.GetProperty("history")[1].GetProperty("unit").GetString());
        foreach (var name in new[] { "subject", "place", "others", "words", "occurredAt", "fields" })
            Assert.True(root.GetProperty(name).TryGetBytesFromBase64(out _), name);
        Assert.True(root.GetProperty("contact").GetProperty("phone").TryGetBytesFromBase64(out _));
    }

    [Fact]
    public void Value_WhenItsKeyIsDestroyed_KeepsAllButThePersonal()
    {
        using var key = _ring.NewDataKey();
        var read = PersonalJson.Deserialize<Case>(PersonalJson.Serialize(Sample, key), null);
        Assert.Equal((Sample.Number, Sample.State, Sample.Day, Sample.Hour), (read.Number, read.State, read.Day, read.Hour));
        Assert.Equal(new Person(null, null, false), read.Contact);
        Assert.Null(read.Subject);
        Assert.Null(read.Place);
        Assert.Null(read.Others);
        Assert.Null(read.OccurredAt);
        Assert.Null(read.Fields);
        Assert.Empty(read.Words);
        Assert.Equal(new Joined(At, null), read.History[0]);
        Assert.Equal(new Moved(At, "water"), read.History[1]);
    }

    [Fact]
    public void Value_WhenPersonalPropertiesAreNull_OmitsThem()
    {
        using var key = _ring.NewDataKey();
        var person = new Person(null, null, true);
        var json = PersonalJson.Serialize(person, key);
        Assert.Equal("""{"anonymous":true}""", Encoding.UTF8.GetString(json));
        Assert.Equal(person, PersonalJson.Deserialize<Person>(json, key));
    }

    [Fact]
    public void Value_WhenOpenedWithAnotherKey_IsRefused()
    {
        using var key = _ring.NewDataKey();
        using var other = _ring.NewDataKey();
        var json = PersonalJson.Serialize(Sample, key);
        Assert.ThrowsAny<CryptographicException>(() => PersonalJson.Deserialize<Case>(json, other));
    }

    [Fact]
    public void SealedProperty_WhenMovedUnderAnotherName_IsRefused()
    {
        using var key = _ring.NewDataKey();
        var json = Encoding.UTF8.GetString(PersonalJson.Serialize(new Person("甲", null, false), key));
        var moved = Encoding.UTF8.GetBytes(json.Replace("\"name\"", "\"phone\"", StringComparison.Ordinal));
        Assert.ThrowsAny<CryptographicException>(() => PersonalJson.Deserialize<Person>(moved, key));
    }

    [Fact]
    public void Value_WhenAPersonalPropertyIsStoredInClear_IsRefused()
    {
        using var key = _ring.NewDataKey();
        Assert.Throws<JsonException>(() => PersonalJson.Deserialize<Person>("""{"name":{"a":1}}"""u8, key));
        Assert.Throws<JsonException>(() => PersonalJson.Deserialize<Person>("""{"name":"张三丰"}"""u8, key));
    }

    [Fact]
    public void Contract_WhenAPersonalPropertyCannotBeNull_IsRefused()
    {
        using var key = _ring.NewDataKey();
        Assert.Throws<InvalidOperationException>(() => PersonalJson.Serialize(new Careless(1), key));
    }

    [Fact]
    public void Value_WhenManyThreadsSealUnderKeysOfTheirOwn_MixesNothing() =>
        Parallel.For(0, 200, _ =>
        {
            using var key = _ring.NewDataKey();
            Assert.Equal(Sample.Subject, PersonalJson.Deserialize<Case>(PersonalJson.Serialize(Sample, key), key).Subject);
        });

    [Fact]
    public void PersonalProperties_AreFoundInNestedElementAndDerivedTypes()
    {
        var names = PersonalJson.PersonalPropertiesOf(typeof(Case)).Select(p => $"{p.DeclaringType!.Name}.{p.Name}").Order(StringComparer.Ordinal);
        Assert.Equal(
            ["Case.Fields", "Case.OccurredAt", "Case.Others", "Case.Place", "Case.Subject", "Case.Words", "Joined.Words", "Person.Name", "Person.Phone"],
            names);
    }
}
