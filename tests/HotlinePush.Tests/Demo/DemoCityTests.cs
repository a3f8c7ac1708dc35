using System.Text.RegularExpressions;
using HotlinePush.Local.Demo;
using HotlinePush.Routing;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Tests.Demo;

public sealed partial class DemoCityTests
{
    private static readonly HashSet<string> UnitIds = [.. DemoCity.Units.Select(u => u.Id)];
    private static readonly HashSet<string> AreaIds = [.. DemoCity.Areas.Select(a => a.Id)];
    private static readonly HashSet<string> CategoryIds = [.. DemoCity.Categories.Select(c => c.Id)];

    [GeneratedRegex("^[a-z0-9-]{1,64}$")]
    private static partial Regex ValidId();

    [GeneratedRegex("^1990000[0-9]{4}$")]
    internal static partial Regex FictionalPhone();

    [Fact]
    public void City_Always_HasThreeDistrictsAndAboutFortyUnits()
    {
        Assert.Equal(3, DemoCity.Areas.Count(a => a.ParentId == DemoCity.CityAreaId));
        Assert.InRange(DemoCity.Units.Count, 36, 55);
        Assert.InRange(DemoCity.Catalogue.Count, 120, 220);
        Assert.Equal(15, DemoCity.Categories.Count(c => c.ParentId is null));
    }

    [Fact]
    public void Ids_OfEveryKind_AreValidAndDistinct()
    {
        foreach (var ids in new[] { DemoCity.Units.Select(u => u.Id), DemoCity.Areas.Select(a => a.Id), DemoCity.Catalogue.Select(r => r.Id) })
        {
            Assert.All(ids, id => Assert.Matches(ValidId(), id));
            Assert.Equal(ids.Count(), ids.Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Fact]
    public void Areas_WithAParent_BeginWithItsIdAndComeAfterIt()
    {
        var seen = new HashSet<string>();
        foreach (var area in DemoCity.Areas)
        {
            if (area.ParentId is { } parent)
            {
                Assert.Contains(parent, seen);
                Assert.StartsWith(parent, area.Id, StringComparison.Ordinal);
            }
            seen.Add(area.Id);
        }
        Assert.Equal(DemoCity.CityAreaId, Assert.Single(DemoCity.Areas, a => a.ParentId is null).Id);
    }

    [Fact]
    public void AreaNames_AndAliases_NameOnePlaceOnly()
    {
        var names = DemoCity.Areas.SelectMany(a => (a.Aliases ?? []).Append(a.Name)).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, n => Assert.InRange(n.Length, 2, 8));
    }

    [Fact]
    public void Units_Always_HaveKnownParentsAndAreas()
    {
        var seen = new HashSet<string>();
        foreach (var unit in DemoCity.Units)
        {
            if (unit.ParentId is { } parent)
                Assert.Contains(parent, seen);
            Assert.All(unit.AreaIds!, id => Assert.Contains(id, AreaIds));
            seen.Add(unit.Id);
        }
    }

    [Fact]
    public void DutyContacts_OfEveryUnit_AreAClerkAndAHeadWhomNobodyIs()
    {
        foreach (var unit in DemoCity.Units)
        {
            Assert.Equal(unit.Id == DutyContacts.DeskUnit ? [0, 1, 2] : [0, 1], unit.Contacts!.Select(c => c.Level));
            Assert.All(unit.Contacts!, c =>
            {
                Assert.Matches(FictionalPhone(), c.Phone);
                Assert.EndsWith("@yunze.invalid", c.Email, StringComparison.Ordinal);
                Assert.InRange(c.Name.Length, 2, 4);
            });
        }
        var phones = DemoCity.Units.SelectMany(u => u.Contacts!).Select(c => c.Phone).ToArray();
        Assert.Equal(phones.Length, phones.Distinct().Count());
    }

    [Fact]
    public void OfficeHours_WhereAUnitHasItsOwn_RunForwardInOrder()
    {
        var own = DemoCity.Units.Where(u => u.OfficeHours is not null).ToArray();
        Assert.NotEmpty(own);
        Assert.All(own, u =>
        {
            Assert.All(u.OfficeHours!, p => Assert.True(p.From < p.To));
            Assert.All(u.OfficeHours!.Zip(u.OfficeHours!.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
        });
    }

    [Fact]
    public void CatalogueRules_Always_NameWhatExists()
    {
        Assert.All(DemoCity.Catalogue, rule =>
        {
            Assert.Contains(rule.CategoryPrefix, CategoryIds);
            Assert.True(rule.AreaPrefix is "" || AreaIds.Contains(rule.AreaPrefix), rule.Id);
            Assert.Contains(rule.LeadUnitId, UnitIds);
            Assert.All(rule.CoUnitIds ?? [], id => Assert.Contains(id, UnitIds));
            Assert.DoesNotContain(rule.LeadUnitId, rule.CoUnitIds ?? []);
        });
    }

    [Fact]
    public void CatalogueRules_WithAnArea_LeadToAUnitThatServesIt()
    {
        var units = DemoCity.Units.ToDictionary(u => u.Id);
        Assert.All(DemoCity.Catalogue, rule => Assert.Contains(units[rule.LeadUnitId].AreaIds!,
            area => rule.AreaPrefix.StartsWith(area, StringComparison.Ordinal) || area == DemoCity.CityAreaId));
    }

    [Fact]
    public void Catalogue_ForEveryCategoryInEveryDistrict_HasARuleAndNeverAnotherDistrictsUnit()
    {
        var units = DemoCity.Units.ToDictionary(u => u.Id);
        foreach (var category in DemoCity.Categories)
        {
            foreach (var area in DemoCity.Areas)
            {
                var rule = DemoCity.Catalogue
                    .Where(r => category.Id.StartsWith(r.CategoryPrefix, StringComparison.Ordinal) && area.Id.StartsWith(r.AreaPrefix, StringComparison.Ordinal))
                    .OrderByDescending(r => r.CategoryPrefix.Length).ThenByDescending(r => r.AreaPrefix.Length)
                    .FirstOrDefault();
                Assert.True(rule is not null, $"{category.Id} {area.Id}");
                Assert.Contains(units[rule.LeadUnitId].AreaIds!, served => area.Id.StartsWith(served, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Catalogue_OfEveryFirstLevel_HasACityWideDefault() =>
        Assert.All(DemoCity.Categories.Where(c => c.ParentId is null), c =>
            Assert.Equal(UnitKind.CityDepartment, DemoCity.Units.Single(u =>
                u.Id == DemoCity.Catalogue.Single(r => r.CategoryPrefix == c.Id && r.AreaPrefix == "").LeadUnitId).Kind));

    [Fact]
    public void Knowledge_Always_IsUnderKnownCategories()
    {
        Assert.Equal(26, DemoKnowledge.All.Count);
        Assert.All(DemoKnowledge.All, a => Assert.Contains(DemoCity.Units, u => u.Id == a.UnitId));
        Assert.All(DemoKnowledge.All, a => Assert.Equal(3, Taxonomy.LevelOf(Assert.Single(CategoryIds, id => id == a.CategoryId))));
    }
}
