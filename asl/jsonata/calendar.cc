// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Calendar arithmetic in UTC. Weeks are those of ISO 8601: they begin on Monday, and the first of
// a year is the one with its first Thursday. XPath numbers the weeks of a month in the same way.
#include <chrono>
#include <cmath>

#include "asl/jsonata/datetime_picture.h"

namespace asl::jsonata {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr int64_t kDayMillis = 86'400'000;

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

int64_t DayNumber(year_month month) {
  return sys_days(month / std::chrono::day(1)).time_since_epoch().count();
}

// 1 is Monday, 7 is Sunday; day 0 (1970-01-01) was a Thursday.
int64_t Weekday(int64_t day) { return ((day + 3) % 7 + 7) % 7 + 1; }

// The Monday of the first week of the year or month that begins with this day.
int64_t FirstWeek(int64_t first) {
  const int64_t weekday = Weekday(first);
  return weekday > 4 ? first + 8 - weekday : first - (weekday - 1);
}

struct Neighbours {
  int64_t previous;
  int64_t current;
  int64_t next;
};

// The week's number in the year or month, by the first weeks of it and its neighbours.
int64_t WeekWithin(int64_t day, const Neighbours& first_weeks) {
  if (day < first_weeks.current) return (day - first_weeks.previous) / 7 + 1;
  if (day >= first_weeks.next) return 1;
  return (day - first_weeks.current) / 7 + 1;
}

Neighbours FirstWeeksOfYears(std::chrono::year year) {
  const auto january = [](std::chrono::year y) {
    return FirstWeek(DayNumber(y / std::chrono::January));
  };
  return {january(year - std::chrono::years(1)), january(year),
          january(year + std::chrono::years(1))};
}

Neighbours FirstWeeksOfMonths(year_month month) {
  const std::chrono::months one(1);
  return {FirstWeek(DayNumber(month - one)), FirstWeek(DayNumber(month)),
          FirstWeek(DayNumber(month + one))};
}

int64_t DateComponent(int64_t day, char component) {
  const year_month_day date{sys_days(days(day))};
  const year_month month = date.year() / date.month();
  switch (component) {
    case 'Y':
      return int{date.year()};
    case 'M':
      return unsigned{date.month()};
    case 'D':
      return unsigned{date.day()};
    case 'd':
      return day - DayNumber(date.year() / std::chrono::January) + 1;
    case 'F':
      return Weekday(day);
    case 'W':
      return WeekWithin(day, FirstWeeksOfYears(date.year()));
    case 'w':
      return WeekWithin(day, FirstWeeksOfMonths(month));
    case 'X': {
      const Neighbours weeks = FirstWeeksOfYears(date.year());
      return int{date.year()} + (day < weeks.current ? -1 : day >= weeks.next ? 1 : 0);
    }
    default: {  // x
      const Neighbours weeks = FirstWeeksOfMonths(month);
      const int delta = day < weeks.current ? -1 : day >= weeks.next ? 1 : 0;
      return unsigned{(month + std::chrono::months(delta)).month()};
    }
  }
}

}  // namespace

int64_t ComponentOf(int64_t millis, char component) {
  const int64_t day = FloorDivide(millis, kDayMillis);
  const int64_t within = millis - day * kDayMillis;
  const int64_t hour = within / 3'600'000;
  switch (component) {
    case 'H':
      return hour;
    case 'h':
      return hour % 12 == 0 ? 12 : hour % 12;
    case 'P':
      return hour < 12 ? 0 : 1;
    case 'm':
      return within / 60'000 % 60;
    case 's':
      return within / 1'000 % 60;
    case 'f':
      return within % 1'000;
    default:
      return DateComponent(day, component);
  }
}

double MillisOf(double year, double month, double day, double hour, double minute, double second,
                double milli) {
  if (year >= 0 && year <= 99) year += 1900;
  year += std::floor(month / 12);
  month -= std::floor(month / 12) * 12;
  if (!(std::abs(year) <= 32'000)) return std::nan("");
  const auto first = std::chrono::year(static_cast<int>(year)) /
                     std::chrono::month(static_cast<unsigned>(month) + 1);
  const double number = static_cast<double>(DayNumber(first)) + day - 1;
  return ((number * 24 + hour) * 60 + minute) * 60'000 + second * 1'000 + milli;
}

}  // namespace asl::jsonata
