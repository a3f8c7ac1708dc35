using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <param name="Lost">Rules that fit too and were beaten, the nearest first, at most five.</param>
public sealed record CatalogueMatch(CatalogueRule Rule, string Why, IReadOnlyList<CatalogueRule> Lost);

/// <param name="Row">As a spreadsheet shows it, header = 1.</param>
/// <param name="Code">unknownUnit, unknownCategory, unknownArea, duplicateId, duplicateRule, badId, badPriority, missingColumn or badCsv.</param>
public sealed record CatalogueProblem(int Row, string Column, string Code, string Message);
