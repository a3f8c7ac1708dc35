using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <param name="Lost">Rules that fit too and were beaten, the nearest first, at most five.</param>
public sealed record CatalogueMatch(CatalogueRule Rule, string Why, IReadOnlyList<CatalogueRule> Lost);
