using System.Collections.Immutable;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>A request that a conversation has begun, or taken up from another channel.</summary>
/// <param name="Opening">Key of the message that opens it; empty where it was there before.</param>
/// <param name="Number">Known once it is filed; until then the opening message says it.</param>
/// <param name="Said">What was said in it already: keyed hashes of words and day, at most <see cref="ConversationRules.MostSaid"/>.</param>
public sealed record OpenRequest(string Opening, string? Number, ImmutableArray<string> Said);

public sealed record AlarmRequest(string Service, OpenRequest Request);

/// <summary>What is known of one sender on one channel. Nothing of it says who that is.</summary>
/// <param name="Id">Keyed hash of channel and sender.</param>
public sealed record Conversation(string Id)
{
    /// <summary>What plain words belong to.</summary>
    public OpenRequest? Main { get; init; }

    public ImmutableArray<AlarmRequest> Alarms { get; init; } = [];

    /// <summary>The latest word by the time it was said, whenever it came in.</summary>
    public bool? OptedOut { get; init; }

    public DateTimeOffset OptedAt { get; init; }

    /// <summary>Messages since then: many in a short while are a flood.</summary>
    public DateTimeOffset WindowAt { get; init; }

    public int WindowCount { get; init; }

    /// <summary>The window's flood has had its one answer.</summary>
    public bool FloodTold { get; init; }

    /// <summary>Requests of their own on the day: <see cref="ConversationRules.MostNewADay"/>.</summary>
    public DateOnly NewOn { get; init; }

    public int NewCount { get; init; }

    /// <summary>Messages of a flood that wait to be told together, and those that are being told.</summary>
    public ImmutableArray<string> Gathered { get; init; } = [];

    public int GatherNo { get; init; }
    public ImmutableArray<string> Telling { get; init; } = [];
}

[CamelCaseWords]
public enum PlanKind { Nothing, File, FollowUp, Gather, Repeat, Rate, Ask, OptOut, Help, Disclosure, Take }

/// <summary>What is done about a message: decided once, stored before it is done, done until it is done.</summary>
/// <param name="Opening">Key of the message that opens the ticket it goes to, where <paramref name="Number"/> is not known yet.</param>
/// <param name="Silent">Nothing is answered.</param>
public sealed record Plan(PlanKind Kind)
{
    public string? Number { get; init; }
    public string? Opening { get; init; }
    public RequestKind Request { get; init; }
    public string? Service { get; init; }
    public int Digit { get; init; }
    public string? Taker { get; init; }
    public bool Silent { get; init; }

    /// <summary>Answered with what a flood is told, once.</summary>
    public bool TellsFlood { get; init; }
}

/// <summary>What of a message somebody could be known by.</summary>
public sealed record HeardWords(string Sender, string Words, string? Subject, Location? Location, ImmutableArray<HeardMedia> Media)
{
    public string? ExternalId { get; init; }
}

public sealed record HeardMedia(string? Name, string? ContentType, string? Reference);

/// <summary>One message as it was heard, and how far it has come.</summary>
/// <param name="Key">From channel, account and the channel's own id: the same message comes to the same row.</param>
public sealed record HeardMessage(string Key, string Channel, string Account, DateTimeOffset SaidAt, DateTimeOffset HeardAt, string Reserved, Plan Plan)
{
    [Personal] public HeardWords? Words { get; init; }
    [Personal] public string? Reply { get; init; }

    /// <summary>The answer's purpose, as texts to residents have one.</summary>
    public string? Purpose { get; init; }

    /// <summary>The ticket it went to.</summary>
    public string? Number { get; init; }

    public bool Done { get; init; }

    /// <summary>Whoever handed it in answers; until it turns out that nobody could.</summary>
    public bool AnsweredByCaller { get; init; }

    /// <summary>Its files are in the ticket, or cannot be.</summary>
    public bool FilesDone { get; init; }

    /// <summary>Files whose content is stored: <see cref="HeardWords.Media"/> in order, null where one was refused.</summary>
    [Personal] public ImmutableArray<Tickets.Attachments.Attachment> Files { get; init; } = [];

    public bool FilesStored { get; init; }

    /// <summary>What became of files that cannot be taken.</summary>
    [Personal] public string? FileNote { get; init; }
}
