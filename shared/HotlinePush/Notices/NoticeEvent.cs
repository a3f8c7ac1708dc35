using HotlinePush.Security;

namespace HotlinePush.Notices;

/// <summary>What happened to a notice: who, when, why. Appended, never changed.</summary>
/// <param name="Action">The action of the contract, such as <c>submit</c>; <c>create</c>, <c>begin</c> and <c>end</c> besides.</param>
/// <param name="Details">What an auditor asks for later: list version and hash, text hash, checklist, expected amounts.</param>
public sealed record NoticeEvent(
    int Seq, DateTimeOffset At, Actor By, string Action, NoticeState From, NoticeState To, string? Note = null, IReadOnlyDictionary<string, string>? Details = null);
