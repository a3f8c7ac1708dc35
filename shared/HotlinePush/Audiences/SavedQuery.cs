using System.Collections.Immutable;

namespace HotlinePush.Audiences;

[CamelCaseWords]
public enum QueryOp { Is, IsNot, Contains, StartsWith, AtLeast, AtMost, Filled, Empty }

/// <summary>One condition of a saved query.</summary>
/// <param name="Column">A further column, or <c>area</c> (by prefix of the division code), <c>tag</c> (one word of the column <c>tags</c> or 标签).</param>
/// <param name="Value">A number for <c>atLeast</c> and <c>atMost</c>; nothing for <c>filled</c> and <c>empty</c>.</param>
public sealed record QueryCondition(string Column, QueryOp Op, string? Value = null);

/// <summary>Recipients of another audience that meet all conditions.</summary>
/// <param name="Source">Id of the other audience, of the same unit.</param>
/// <param name="SourceVersion">The version it was last run on; 0 before.</param>
public sealed record SavedQuery(string Source, ImmutableArray<QueryCondition> Where, int SourceVersion = 0);
